from django.urls import path

from shop.chat import views

app_name = "chat"
urlpatterns = [
    path("", views.talks, name="talks"),
    path("<uuid:number>/", views.talk, name="talk"),
    path("<uuid:number>/look/", views.look, name="look"),
    path("<uuid:number>/say/", views.say, name="say"),
    path("<uuid:number>/end/", views.end, name="end"),
    path("<uuid:number>/mail/", views.mail, name="mail"),
]
