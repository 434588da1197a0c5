"""A conversation as plain text, for the person who takes it along."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from api.chat.schemas import ConversationOut, MessageOut

WHO = {"user": "您", "assistant": "环保医生", "expert": "专家"}
SPEAKERS = {"extract": "知识库原文", "faq": "常见问答", "model": "AI 生成", "rule": "系统提示", "expert": "专家"}


def as_text(conversation: ConversationOut, zone: ZoneInfo) -> str:
    head = f"环保医生对话记录\n编号：{conversation.id}\n开始：{conversation.created_at.astimezone(zone):%Y-%m-%d %H:%M}\n"
    return "\n".join([head, *(_said(message, zone) for message in conversation.messages)])


def _said(message: MessageOut, zone: ZoneInfo) -> str:
    kind = SPEAKERS.get(message.speaker, "")
    who = WHO.get(message.role, message.role) + (f"（{message.author}）" if message.author else "")
    lines = [
        f"【{who}{'，' + kind if kind and message.role == 'assistant' else ''}】{message.at.astimezone(zone):%Y-%m-%d %H:%M}"
    ]
    lines.append(message.text.replace("**", ""))
    for cite in message.citations:
        lines.append(f"  [{cite.n}] 《{cite.title}》{cite.article}{cite.paragraph}（{cite.status}）")
    return "\n".join(lines) + "\n"
