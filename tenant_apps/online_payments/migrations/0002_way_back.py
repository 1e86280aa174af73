from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("online_payments", "0001_initial"),
    ]

    operations = [
        migrations.RemoveField(
            model_name="checkout",
            name="return_path",
        ),
    ]
