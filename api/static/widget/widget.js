// The one script tag that a host page needs: <script type="module" src="…/static/widget/widget.js"></script>
import { EnvDoctor } from "./env-doctor.js";

if (!customElements.get("env-doctor")) customElements.define("env-doctor", EnvDoctor);
