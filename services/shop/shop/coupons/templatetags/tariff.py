from django import template

from shop.coupons import tariff

register = template.Library()
register.simple_tag(tariff.delivery_sentence)
