from django.urls import path

from tenant_apps.dashboard.views import home, who_first

urlpatterns = [
    path("", home.dashboard, name="dashboard"),
    path("who-first/", who_first.who_first, name="who_first"),
    path("search/", home.search, name="search"),
    path("actions/", home.palette_actions, name="palette_actions"),
]
