from django.urls import path

from shared_apps.website import views

urlpatterns = [
    path("", views.landing, name="landing"),
    path("signup/", views.sign_up, name="sign_up"),
    path("signup/subdomain/", views.check_subdomain, name="check_subdomain"),
]
