from django.urls import path

from tenant_apps.catalog import views

urlpatterns = [
    path("products/", views.product_list, name="product_list"),
    path("products/new/", views.product_create, name="product_create"),
    path("products/options/", views.product_options, name="product_options"),
    path("products/<uuid:product_id>/", views.product_detail, name="product_detail"),
    path("products/<uuid:product_id>/edit/", views.product_edit, name="product_edit"),
    path("products/<uuid:product_id>/archive/", views.archive_product, name="archive_product"),
    path("products/<uuid:product_id>/unarchive/", views.unarchive_product, name="unarchive_product"),
]
