from django.urls import path

from tenant_apps.dashboard.views import home, money, reports, who_first

urlpatterns = [
    path("", home.dashboard, name="dashboard"),
    path("who-first/", who_first.who_first, name="who_first"),
    path("money/", money.money, name="money"),
    path("reports/", reports.report_list, name="report_list"),
    path("reports/<slug:report>/", reports.report_detail, name="report_detail"),
    path("reports/<slug:report>/export/", reports.export_report, name="export_report"),
    path("search/", home.search, name="search"),
    path("actions/", home.palette_actions, name="palette_actions"),
]
