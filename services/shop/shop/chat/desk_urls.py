from django.urls import path

from shop.chat import desk

app_name = "desk"
urlpatterns = [
    path("", desk.board, name="board"),
    path("here/", desk.here, name="here"),
    path("switch/", desk.switch, name="switch"),
    path("<uuid:number>/", desk.talk, name="talk"),
    path("<uuid:number>/look/", desk.look, name="look"),
    path("<uuid:number>/take/", desk.take, name="take"),
    path("<uuid:number>/answer/", desk.answer, name="answer"),
    path("<uuid:number>/close/", desk.close, name="close"),
    path("<uuid:number>/reopen/", desk.reopen, name="reopen"),
]
