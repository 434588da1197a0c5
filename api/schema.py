"""Every table of this room, in one import: what a migration has to know."""

from api.chat.tables import Conversation, Event, Feedback, Message
from api.consultations.tables import Consultation, ConsultationEvent
from api.database import Base
from api.documents.tables import Draft
from api.jobs.tables import Job
from api.limits import Counter, Secret
from api.people.tables import AuditEntry, Invitation, Login, PasswordLink, Person

__all__ = [
    "AuditEntry", "Base", "Consultation", "ConsultationEvent", "Conversation", "Counter", "Draft", "Event", "Feedback",
    "Invitation", "Job", "Login", "Message", "PasswordLink", "Person", "Secret",
]  # fmt: skip
