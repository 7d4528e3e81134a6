"""The one place that tells a person something: a line in the bell, and an e-mail where one is wanted.

Further channels come in here: whoever has news calls `tell`, and knows nothing of them.
"""

from typing import Any

from django.conf import settings

from mediaportal.accounts.models import User
from mediaportal.core.ids import new_id
from notifications.events import NotificationData, person_topic
from notifications.models import Notification
from notifications.services import bell, mailing, outbox


def tell(
    *,
    user: User,
    kind: str,
    link: str,
    asset_id: str | None,
    title: str,
    always: bool = False,
    **data: Any,
) -> Notification:
    """Tell a person a piece of news, in the transaction in which it happens. Its `kind` has words in
    `services.wording`, which find their names in `data`; `link` is the path of the page that says more.

    An e-mail is sent unless the person wants none; with `always` (a decision about what is theirs) in any case.
    """
    line_id = new_id()
    announced: NotificationData = {
        "notification_id": str(line_id),
        "kind": kind,
        "asset_id": asset_id,
        "title": title,
        "unread": bell.unread_count(user=user) + 1,
    }
    event = outbox.write(event_type="notification.new", topics=[person_topic(user.pk)], data=dict(announced))
    remembered = {"asset_id": asset_id, "title": title, "link_to": link, **data}
    line = Notification.objects.create(id=line_id, user=user, event=event, kind=kind, data=remembered)
    if settings.EMAIL_HOST and user.is_active and (always or user.mail_news):
        mailing.order(line=line)
    return line
