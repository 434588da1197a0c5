"""Conversations: whose they are, that nothing is lost, and what the stream says."""

import threading
from datetime import timedelta

import pytest
from conftest import ask, events, start

from api.chat import service
from api.chat.tables import Conversation, Message
from api.clock import now
