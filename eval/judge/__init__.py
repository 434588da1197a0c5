"""A second opinion on the answers by a chat model: shown beside the exact metrics, never a part of them nor of a gate."""
