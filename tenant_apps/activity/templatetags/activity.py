from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from shared_apps.core.slots import sentence_for
from tenant_apps.activity.models import Event

register = template.Library()


@register.filter
def told(event: Event) -> SafeString:
    """The event as one sentence, with the names set in bold."""
    subject = format_html("<strong>{}</strong>", event.subject_label)
    actor = format_html("<strong>{}</strong>", event.actor_label)
    return format_html("{}", SafeString(str(sentence_for(event.type)) % {"subject": subject, "actor": actor}))
