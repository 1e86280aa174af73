from django.urls import path

from tenant_apps.integrations import views

urlpatterns = [
    path("settings/tokens/", views.token_list, name="token_list"),
    path("settings/tokens/new/", views.token_create, name="token_create"),
    path("settings/tokens/<uuid:token_id>/revoke/", views.revoke_api_token, name="revoke_api_token"),
]
