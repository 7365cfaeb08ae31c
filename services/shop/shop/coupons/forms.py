"""The office's forms."""

from django import forms


class CouponForm(forms.ModelForm):
    def clean_code(self) -> str:
        return self.cleaned_data["code"].upper()


class DiscountForm(forms.ModelForm):
    def clean(self):
        cleaned = super().clean()
        if not cleaned.get("every_book") and not cleaned.get("books") and "books" not in self.errors:
            self.add_error("books", "Choose books, or every book.")
        return cleaned
