"""Every door of the API, and who opens it."""

import re

from shopping import new_key

# path → methods for guests, and methods that need a token
DOORS = {
    "/auth/register/": ("POST", ""),
    "/auth/token/": ("POST", ""),
    "/auth/token/refresh/": ("POST", ""),
    "/auth/logout/": ("POST", ""),
    "/auth/me/": ("", "GET PATCH"),
    "/auth/me/data/": ("", "POST"),
    "/auth/me/delete/": ("", "POST"),
    "/auth/log-ins/": ("", "GET DELETE"),
    "/auth/log-ins/{log_in}/": ("", "GET DELETE"),
    "/auth/letters/": ("", "GET"),
    "/auth/letters/{topic}/": ("", "GET PUT"),
    "/auth/email/change/": ("", "POST"),
    "/auth/email/change/confirm/": ("", "POST"),
    "/auth/email/verify/": ("POST", ""),
    "/auth/email/resend/": ("POST", ""),
    "/auth/password/reset/": ("POST", ""),
    "/auth/password/reset/confirm/": ("POST", ""),
    "/auth/password/change/": ("", "POST"),
    "/api/products/": ("GET", "POST"),
    "/api/products/{product_id}/": ("GET", "PUT PATCH DELETE"),
    "/api/products/sold/": ("", "GET"),
    "/api/products/bulk/": ("", "GET POST"),
    "/api/products/bulk/{job_id}/": ("", "GET"),
    "/api/products/{product_id}/reviews/": ("GET", "POST"),
    "/api/categories/": ("GET", ""),
    "/api/authors/": ("GET", ""),
    "/api/publishers/": ("GET", ""),
    "/api/series/": ("GET", ""),
    "/api/cart/": ("GET POST DELETE", ""),
    "/api/cart/total/": ("GET", ""),
    "/api/cart/{product_id}/": ("GET PUT DELETE", ""),
    "/api/orders/": ("POST", "GET"),
    "/api/orders/{number}/": ("GET DELETE", "PUT"),
    "/api/orders/{number}/timeline/": ("GET", ""),
    "/api/orders/{number}/payment/": ("GET POST", ""),
    "/api/orders/{number}/invoice/": ("GET", ""),
    "/api/orders/{number}/again/": ("POST", ""),
    "/api/orders/{number}/refunds/": ("", "GET"),
    "/api/orders/{number}/refunds/{refund_id}/": ("", "GET PUT"),
    "/api/orders/{number}/parcels/": ("GET", ""),
    "/api/orders/{number}/returns/": ("GET POST", ""),
    "/api/orders/{number}/returns/{return_number}/": ("GET", ""),
    "/api/reviews/": ("", "GET"),
    "/api/reviews/mine/": ("", "GET"),
    "/api/reviews/mine/{review_id}/": ("", "GET PUT DELETE"),
    "/api/reviews/{review_id}/": ("", "GET PUT"),
    "/api/contact/": ("POST", "GET"),
    "/api/contact/{message_id}/": ("", "GET PUT"),
    "/api/coupons/": ("", "GET POST"),
    "/api/coupons/{coupon_id}/": ("", "GET PATCH DELETE"),
    "/api/discounts/": ("", "GET POST"),
    "/api/discounts/{discount_id}/": ("", "GET PATCH DELETE"),
    "/api/employee/": ("", "GET"),
    "/api/employee/orders/": ("", "GET"),
    "/api/employee/orders/{number}/": ("", "GET PUT"),
    "/api/employee/addresses/": ("", "GET"),
    "/api/employee/addresses/{address_id}/": ("", "GET"),
    "/api/customers/": ("", "GET"),
    "/api/customers/{customer_id}/": ("", "GET"),
    "/api/customers/{customer_id}/addresses/": ("", "GET"),
    "/api/groups/": ("", "GET"),
    "/api/groups/{group}/members/": ("", "GET"),
    "/api/groups/{group}/members/{customer_id}/": ("", "PUT DELETE"),
    "/api/wishlist/": ("", "GET POST"),
    "/api/wishlist/{product_id}/": ("", "DELETE"),
    "/api/addresses/": ("", "GET POST"),
    "/api/addresses/{address_id}/": ("", "GET PUT DELETE"),
}
NUMBER = r"{((return_)?number|log_in)}"
NOT_DESCRIBED = {"/api/schema/", "/api/asyncapi/", "/api/docs/", "/api/", "/auth/", "/api/x", "/auth/x"}
CALLS = [(path, verb, bool(known)) for path, both in DOORS.items() for known in (0, 1) for verb in both[known].split()]


def filled(path):
    return re.sub(r"{\w+_id}", "7", re.sub("{(group|topic)}", "x", re.sub(NUMBER, new_key(), path)))
