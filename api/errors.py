"""Expected failures: a status, a code for programs, and a sentence for people (what happened, what was kept, what to do)."""

from __future__ import annotations


class SiteError(Exception):
    """Base of every expected failure; rendered in one place (`api/rendering.py`)."""

    status = 500
    code = "error"
    words = "服务器没有办好这件事。您可以稍后再试一次。"

    def __init__(self, words: str = "", headers: dict[str, str] | None = None) -> None:
        super().__init__(words or self.words)
        self.message = words or self.words
        self.headers = headers or {}


class NotSignedIn(SiteError):
    status = 401
    code = "not_signed_in"
    words = "请先登录。"


class NoSecret(SiteError):
    status = 401
    code = "no_secret"
    words = "没有带上这次对话的凭证。请重新打开咨询窗口。"


class Forbidden(SiteError):
    status = 403
    code = "forbidden"
    words = "您的账号没有这项权限。需要时请联系管理员。"


class WrongOrigin(SiteError):
    status = 403
    code = "wrong_origin"
    words = "这个请求不是从本站页面发出的，没有执行。请在本站页面上重新操作。"


class NotFound(SiteError):
    status = 404
    code = "not_found"
    words = "没有找到这个页面。它可能已经移动或删除，您可以从首页重新进入。"


class Conflict(SiteError):
    status = 409
    code = "conflict"
    words = "刚才有人改动了同一处，您的操作没有执行。请刷新后再看。"


class Gone(SiteError):
    status = 410
    code = "gone"
    words = "这个链接已经用过或者过期了。请联系管理员重新发一个。"


class TooLarge(SiteError):
    status = 413
    code = "too_large"
    words = "内容太大，没有收下。请减小后再试。"


class Invalid(SiteError):
    status = 422
    code = "invalid"
    words = "填写的内容有一处不对，请检查后再提交。"


class TooMany(SiteError):
    status = 429
    code = "too_many"
    words = "操作太频繁了。您写的内容还在，请过一分钟再试。"


class Busy(SiteError):
    status = 503
    code = "busy"
    words = "现在咨询的人比较多。您写的内容还在，请过一会儿再发送。"


class NotSearched(SiteError):
    status = 503
    code = "not_searched"
    words = "检索法规的服务暂时没有回应，没有查成。请过几分钟再试。"


class NotStored(SiteError):
    """The database took nothing: 507 where room is missing, 503 where trying again may help."""

    status = 507
    code = "not_stored"
    words = "没有存入任何内容，原有内容保持不变。请联系管理员检查磁盘空间。"
