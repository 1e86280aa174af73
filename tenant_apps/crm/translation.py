"""Words that an organization writes in both languages. Operations write `name_bg` and `name_en` by name."""

from modeltranslation.translator import TranslationOptions, register

from tenant_apps.crm.models import Pipeline, Stage


@register(Pipeline)
class PipelineTranslation(TranslationOptions):
    fields = ("name",)


@register(Stage)
class StageTranslation(TranslationOptions):
    fields = ("name",)
