from django.urls import path

from tenant_apps.dashboard import views

urlpatterns = [
    path("", views.dashboard, name="dashboard"),
    path("search/", views.search, name="search"),
    path("actions/", views.palette_actions, name="palette_actions"),
]
