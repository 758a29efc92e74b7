"""Units, people with accounts, and the posts in which they act (one person may hold several)."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models

from workrelief.base.access.permissions import ROLE_LABELS


class Unit(models.Model):
    """An organisation: a commission, bureau, township, owner, contractor, agency."""

    name = models.CharField(max_length=120, help_text="full official name")
    uscc = models.CharField(max_length=18, blank=True, help_text="unified social credit code, GB 32100; blank if none")
    division_code = models.CharField(max_length=12, help_text="12-digit division the unit belongs to")
    kind = models.CharField(
        max_length=20, blank=True, help_text="drc, township, village, owner, contractor, agency, third_party"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "division_code"], name="unit_once")]

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    """Makes accounts; there is no superuser."""

    def make(self, username: str, password: str, *, display_name: str) -> User:
        user = self.model(username=username, display_name=display_name)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A person who may sign in. What they may do comes from their posts alone."""

    username = models.CharField(max_length=40, unique=True)
    display_name = models.CharField(max_length=40, help_text="name shown to colleagues")
    is_active = models.BooleanField(default=True)
    is_demo = models.BooleanField(default=False, help_text="demo account: one-click sign-in while the demo mode is on")
    password_changed_at = models.DateTimeField(null=True, help_text="rule O01: at most 90 days old")

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["display_name"]

    def __str__(self) -> str:
        return self.display_name


class Post(models.Model):
    """A duty of a person in a unit: role set and data scope."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="posts")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="posts")
    title = models.CharField(max_length=60, help_text="duty as called in the unit: 业务处室经办")
    roles = models.JSONField(help_text=f"role ids: {', '.join(ROLE_LABELS)}")
    division_prefixes = models.JSONField(help_text='significant prefixes, e.g. ["3714"]')
    sectors = models.JSONField(null=True, help_text="sector ids a member agency is limited to; null for all")
    projects = models.JSONField(
        null=True, help_text="project ids an owner, contractor or inspector is limited to; null for all"
    )
    is_default = models.BooleanField(default=False)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, help_text="last day of the post; null while held")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "unit", "title"], name="post_once")]

    def __str__(self) -> str:
        return f"{self.unit.name}·{self.title}"


class PasswordRecord(models.Model):
    """Hashes of former passwords, so that the last five are not used again (rule O01)."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="former_passwords")
    password = models.CharField(max_length=128)
    replaced_at = models.DateTimeField()
