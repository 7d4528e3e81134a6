"""Whether people are told news by e-mail too."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Adds a switch, which is on."""

    dependencies = [("accounts", "0004_age_limit")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="mail_news",
            field=models.BooleanField(
                default=True,
                help_text="Decisions about your own files are always sent.",
                verbose_name="news by e-mail too",
            ),
        ),
    ]
