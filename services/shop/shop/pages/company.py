"""Who runs the shop, as far as the settings say. What is not said there is shown nowhere."""

from dataclasses import dataclass

from django.conf import settings


@dataclass(frozen=True)
class Company:
    name: str
    address: list[str]
    phone: str
    register: str
    tax_id: str

    @classmethod
    def from_settings(cls) -> "Company":
        return cls(
            settings.COMPANY_NAME,
            [line.strip() for line in settings.COMPANY_ADDRESS if line.strip()],
            settings.COMPANY_PHONE,
            settings.COMPANY_REGISTER,
            settings.COMPANY_TAX_ID,
        )

    @property
    def phone_link(self) -> str:
        return "tel:" + "".join(letter for letter in self.phone if letter.isdigit() or letter == "+")
