from django.urls import path

from shop.upkeep import views

app_name = "upkeep"
urlpatterns = [
    path("", views.sync, name="sync"),
    path("read/books/", views.read_books, name="read-books"),
    path("read/orders/", views.read_statuses, name="read-orders"),
    path("read/returns/", views.read_returns, name="read-returns"),
    path("accept/", views.accept, name="accept"),
    path("try-again/<slug:kind>/", views.try_all_again, name="try-all-again"),
    path("try-again/<slug:kind>/<int:key>/", views.try_again, name="try-again"),
    path("give-up/<slug:kind>/<int:key>/", views.give_up, name="give-up"),
    path("pictures/", views.fetch_pictures, name="pictures"),
    path("dead-letters/", views.dead_letters, name="dead-letters"),
    path("dead-letters/throw-away/", views.throw_away, name="throw-away"),
    path("compare/", views.compare, name="compare"),
    path("repair/", views.repair, name="repair"),
    path("mails/", views.mail_matrix, name="mails"),
]
