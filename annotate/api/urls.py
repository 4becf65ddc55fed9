"""The addresses of the API, below /api/."""

from django.urls import path

from annotate.api import assignments, disputes, imports, notices, projects, prompts, session, sets

urlpatterns = [
    path("session", session.SessionView.as_view()),
    path("projects", projects.projects),
    path("projects/<int:project>", projects.project_detail),
    path("projects/<int:project>/members", projects.project_members),
    path("projects/<int:project>/categories", projects.project_categories),
    path("projects/<int:project>/figures", projects.project_figures),
    path("categories/<int:category>/guideline", projects.category_guideline),
    path("projects/<int:project>/assignments/claim", assignments.claim),
    path("assignments/<int:assignment>/renew", assignments.renew),
    path("assignments/<int:assignment>/submit", assignments.submit),
    path("assignments/<int:assignment>/skip", assignments.skip),
    path("projects/<int:project>/disputes", disputes.disputes),
    path("disputes/<int:prompt>", disputes.dispute),
    path("disputes/<int:prompt>/decision", disputes.decide),
    path("projects/<int:project>/prompts", prompts.prompts),
    path("prompts/<int:prompt>", prompts.prompt_detail),
    path("prompts/<int:prompt>/drop", disputes.drop),
    *notices.urlpatterns,
    *imports.urlpatterns,
    *sets.urlpatterns,
]
