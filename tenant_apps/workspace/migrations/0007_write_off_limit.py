from decimal import Decimal

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("workspace", "0006_payment_url_template_goes"),
    ]

    operations = [
        migrations.AddField(
            model_name="organizationprofile",
            name="write_off_limit",
            field=models.DecimalField(
                decimal_places=2, default=Decimal("30.00"), max_digits=10, verbose_name="written off at most"
            ),
        ),
    ]
