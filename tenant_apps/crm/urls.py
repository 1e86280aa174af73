from django.urls import path

from tenant_apps.crm.views import companies, contacts

urlpatterns = [
    path("companies/", companies.company_list, name="company_list"),
    path("companies/new/", companies.company_create, name="company_create"),
    path("companies/quick/", companies.company_quick_create, name="company_quick_create"),
    path("companies/options/", companies.company_options, name="company_options"),
    path("companies/duplicates/", companies.company_duplicates, name="company_duplicates"),
    path("companies/<uuid:company_id>/", companies.company_detail, name="company_detail"),
    path("companies/<uuid:company_id>/edit/", companies.company_edit, name="company_edit"),
    path("companies/<uuid:company_id>/archive/", companies.archive_company, name="archive_company"),
    path("companies/<uuid:company_id>/unarchive/", companies.unarchive_company, name="unarchive_company"),
    path("contacts/", contacts.contact_list, name="contact_list"),
    path("contacts/new/", contacts.contact_create, name="contact_create"),
    path("contacts/options/", contacts.contact_options, name="contact_options"),
    path("contacts/<uuid:contact_id>/", contacts.contact_detail, name="contact_detail"),
    path("contacts/<uuid:contact_id>/edit/", contacts.contact_edit, name="contact_edit"),
    path("contacts/<uuid:contact_id>/archive/", contacts.archive_contact, name="archive_contact"),
    path("contacts/<uuid:contact_id>/unarchive/", contacts.unarchive_contact, name="unarchive_contact"),
]
