"""Addresses of signing in, posts, password and jobs; part of the table in `urls.py`."""

from __future__ import annotations

from django.urls import path

from workrelief.faces.web.views import auth, jobs

urlpatterns_auth_jobs = [
    path("login/", auth.sign_in, name="login"),
    path("login/demo/", auth.demo_sign_in, name="demo-login"),
    path("logout/", auth.sign_out, name="logout"),
    path("post/", auth.switch_post, name="switch-post"),
    path("password/", auth.change_password, name="password"),
    path("jobs/", jobs.job_list, name="jobs"),
    path("jobs/<int:job_id>/", jobs.job, name="job"),
    path("jobs/<int:job_id>/cancel/", jobs.job_cancel, name="job-cancel"),
    path("jobs/<int:job_id>/result/", jobs.job_result, name="job-result"),
]
