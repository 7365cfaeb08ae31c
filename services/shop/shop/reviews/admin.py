"""The queue of reviews: read here, approve or refuse, one or many at once."""

from django.contrib import admin, messages
from django.db.models import Case, F, Value, When
from django.shortcuts import render
from django.utils import timezone
from django.utils.html import format_html

from shop.outbox.admin import ReadOnly
from shop.pages.wording import counted
from shop.reviews import moderating
from shop.reviews.forms import Reason
from shop.reviews.models import Review
from shop.reviews.states import State

SEEN = "seen"


@admin.register(Review)
class ReviewAdmin(ReadOnly):
    """Words are their writer's: nobody changes them here. What waits stands first, the oldest of it on top."""

    actions = ["approve", "refuse"]
    list_display = ["book", "stars", "words", "signed", "state", "written_at", "decided_by"]
    list_select_related = ["book", "decided_by"]
    list_filter = ["state", "rating", "written_at"]
    search_fields = ["book__title", "=book__isbn13", "text", "signature"]
    search_help_text = "Title or ISBN of the book, or words of the review"
    show_full_result_count = False
    list_per_page = 25
    fields = ["book", "stars", "text", "signed", "state", "reason", "written_at", "decided_at", "decided_by"]

    def get_ordering(self, request):
        waiting_first = Case(When(state=State.WAITING, then=Value(0)), default=Value(1))
        oldest_of_waiting = Case(When(state=State.WAITING, then=F("written_at")))
        return [waiting_first, oldest_of_waiting, F("written_at").desc(), "-pk"]

    @admin.display(description="stars", ordering="rating")
    def stars(self, review: Review) -> str:
        return "★" * review.rating + "☆" * (5 - review.rating)

    @admin.display(description="review")
    def words(self, review: Review) -> str:
        """The whole text, and which version of it was read: what is written anew meanwhile is not decided unread."""
        return format_html(
            '<div class="review-words">{}</div><input type="hidden" name="{}" value="{}:{}">',
            review.text,
            SEEN,
            review.pk,
            review.version,
        )

    def has_moderate_permission(self, request) -> bool:
        return request.user.has_perm("reviews.change_review")

    @admin.action(description="Approve: show it to everybody", permissions=["moderate"])
    def approve(self, request, rows):
        self._decide(request, rows, State.APPROVED)

    @admin.action(description="Refuse, with a reason", permissions=["moderate"])
    def refuse(self, request, rows):
        form = Reason(request.POST) if "apply" in request.POST else Reason()
        if form.is_bound and form.is_valid():
            return self._decide(request, rows, State.REFUSED, reason=form.cleaned_data["reason"])
        seen = self._seen(request, rows)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"Refuse {counted(len(seen), 'review')}",
            "form": form,
            "action": "refuse",
            "rows": [(row, f"{row.pk}:{seen[row.pk]}") for row in rows.select_related("book") if row.pk in seen],
        }
        return render(request, "admin/reviews/refuse.html", context, status=400 if form.is_bound else 200)

    def _decide(self, request, rows, state: State, *, reason: str = "") -> None:
        seen = self._seen(request, rows)
        came = moderating.decide(seen, state, reason=reason, by=request.user, now=timezone.now())
        for review in Review.objects.filter(pk__in=seen, decided_by=request.user, state=state) if came.done else ():
            self.log_change(request, review, f"{State(state).label}. {reason}".strip())
        told = f"{counted(came.done, 'review')}: {State(state).label.lower()}."
        self.message_user(request, told, messages.SUCCESS if came.done else messages.WARNING)
        if came.changed:
            told = f"{counted(came.changed, 'review')} changed since you read them, and wait: please read them again."
            self.message_user(request, told, messages.WARNING)

    def _seen(self, request, rows) -> dict[int, int]:
        """The version of each chosen review as the page showed it."""
        shown = dict(part.split(":") for part in request.POST.getlist(SEEN) if part.count(":") == 1)
        chosen = {str(pk): pk for pk in rows.values_list("pk", flat=True)}
        return {pk: int(shown[key]) for key, pk in chosen.items() if shown.get(key, "").isdigit()}
