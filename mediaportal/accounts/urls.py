"""The addresses of signing in and of the account."""

from django.urls import path

from mediaportal.accounts import views

urlpatterns = [
    path("sign-in/", views.SignIn.as_view(), name="sign-in"),
    path("sign-out/", views.SignOut.as_view(), name="sign-out"),
    path("account/", views.account, name="account"),
    path("i18n/setlang/", views.set_language, name="set_language"),
]
