// Uploads by drag and drop, one after the other, each with its own progress, until it is known what became of it.
// @ts-check

const zone = /** @type {HTMLElement|null} */ (document.querySelector("[data-drop]"));
const input = /** @type {HTMLInputElement|null} */ (document.getElementById("files"));
const list = document.getElementById("uploads");
const limit = Number(zone?.dataset.limit) * 1024 * 1024;
const endings = (input?.accept || "").split(",");
let queue = Promise.resolve();

for (const type of ["dragenter", "dragover"]) zone?.addEventListener(type, (event) => (event.preventDefault(), zone.classList.add("over")));
for (const type of ["dragleave", "drop"]) zone?.addEventListener(type, () => zone.classList.remove("over"));
zone?.addEventListener("drop", (event) => {
  event.preventDefault();
  take(event.dataTransfer?.files);
});
input?.addEventListener("change", () => {
  take(input.files);
  input.value = "";
});

/** @param {FileList|null|undefined} files */
function take(files) {
  for (const file of files || []) {
    const row = line(file);
    queue = queue.then(() => send(file, row));
  }
}

/** @param {File} file */
function line(file) {
  const item = document.createElement("li");
  const name = document.createElement("strong");
  name.textContent = file.name;
  const bar = document.createElement("progress");
  bar.max = 1;
  bar.value = 0;
  bar.setAttribute("aria-label", `上传 ${file.name}`);
  const words = document.createElement("p");
  words.textContent = "等待上传";
  item.append(name, bar, words);
  list?.prepend(item);
  return { bar, words, item };
}

/** Tells what became of a file that was taken in. @param {HTMLAnchorElement} link @param {HTMLElement} words @param {string} before */
async function follow(link, words, before) {
  for (;;) {
    await new Promise((done) => setTimeout(done, 800));
    try {
      const response = await fetch(`${link.href}/state`, { headers: { Accept: "application/json" } });
      const { state, error } = await response.json();
      if (!response.ok) return (words.textContent = `${before}刷新后在“待处理的草稿”里看结果。`);
      if (state === "reading") continue;
      if (state !== "failed") return (words.textContent = `${before}已读好，核对后再发布。`);
      words.textContent = error;
      words.className = "notice danger-note";
      return (link.textContent = "打开草稿");
    } catch {
      // the server is away for a moment: ask again
    }
  }
}

/** A request whose upload tells its progress, which fetch does not. @param {File} file @param {ReturnType<typeof line>} row @returns {Promise<void>} */
function send(file, { bar, words, item }) {
  return new Promise((done) => {
    const fail = (/** @type {string} */ text) => {
      words.textContent = text;
      words.className = "notice danger-note";
      bar.remove();
      done();
    };
    const [ending] = /\.[a-z\d]*[a-z][a-z\d]*$/.exec(file.name.toLowerCase()) || [""]; // as the server has it
    if (ending && !endings.includes(ending)) return fail((zone?.dataset.unknown || "").replace("{}", ending));
    if (file.size > limit) return fail(`文件超过 ${limit / 1048576} MB，没有上传。请拆成几份，或换成文字版。`);
    const request = new XMLHttpRequest();
    request.open("POST", "/console/documents/upload");
    request.setRequestHeader("X-File-Name", encodeURIComponent(file.name));
    request.setRequestHeader("Accept", "application/json");
    request.responseType = "json";
    request.upload.onprogress = (event) => {
      bar.value = event.loaded / event.total;
      words.textContent = event.loaded < event.total ? "正在上传" : "正在保存";
    };
    request.onerror = () => fail("没有连上服务器，没有上传。请检查网络后再拖一次。");
    request.onload = () => {
      if (request.status !== 201) return fail(request.response?.message || "没有上传成功，请稍后再试。");
      bar.remove();
      const before = request.response.known ? "这份文件已经上传过。" : "";
      words.textContent = before || "已收下，正在读取…";
      const link = document.createElement("a");
      link.href = request.response.href;
      link.textContent = "看读到了什么";
      item.append(link);
      follow(link, words, before);
      done();
    };
    request.send(file);
  });
}
