"""Words that an organization writes in both languages. Operations write `label_bg` and `label_en` by name."""

from modeltranslation.translator import TranslationOptions, register

from tenant_apps.workspace.models import CustomField


@register(CustomField)
class CustomFieldTranslation(TranslationOptions):
    fields = ("label",)
