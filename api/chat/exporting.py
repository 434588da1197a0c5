"""A conversation as plain text, for the person who takes it along."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from api.chat.schemas import ConversationOut, MessageOut, NoteOut

WHO = {"user": "您", "assistant": "环保医生", "expert": "专家"}
SPEAKERS = {"extract": "知识库摘录", "faq": "常见问答", "model": "AI 生成", "rule": "系统提示", "expert": "专家"}


def as_text(conversation: ConversationOut, zone: ZoneInfo) -> str:
    head = f"环保医生对话记录\n编号：{conversation.id}\n开始：{_moment(conversation.created_at, zone)}\n"
    said = [_said(message, zone) for message in conversation.messages]
    return "\n".join([head, *said, *(_noted(note, zone) for note in conversation.notes)])


def _said(message: MessageOut, zone: ZoneInfo) -> str:
    kind = "系统提问" if message.outcome == "clarify" else SPEAKERS.get(message.speaker, "")
    who = WHO.get(message.role, message.role) + (f"（{message.author}）" if message.author else "")
    lines = [f"【{who}{'，' + kind if kind and message.role == 'assistant' else ''}】{_moment(message.at, zone)}"]
    lines.append(message.text.replace("**", ""))
    for contact in message.contacts:
        lines.append("  " + " ".join(part for part in (contact.department, contact.hotline, contact.note) if part))
    for cite in message.citations:
        lines.append(f"  [{cite.n}] 《{cite.title}》{cite.article}{cite.paragraph}（{cite.status}）")
    return "\n".join(lines) + "\n"


def _noted(note: NoteOut, zone: ZoneInfo) -> str:
    lines = [f"【您给专家的话】{_moment(note.at, zone)}", note.note, note.contact and f"  联系方式：{note.contact}"]
    return "\n".join(line for line in lines if line) + "\n"


def _moment(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"
