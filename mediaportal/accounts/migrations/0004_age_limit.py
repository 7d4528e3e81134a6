"""Up to which age rating a person may see."""
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_quota'),
    ]

    operations = [
        migrations.AddField(
            model_name='user',
            name='age_limit',
            field=models.CharField(choices=[('all', 'Everybody'), ('7', 'From 7'), ('12', 'From 12'), ('16', 'From 16'), ('18', 'From 18')], default='18', help_text='What is rated for older people is kept from this person.', max_length=3, verbose_name='may see up to'),
        ),
    ]
