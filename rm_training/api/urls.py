"""The addresses of the training API, below /api/."""

from django.urls import path

from rm_training.api import views

urlpatterns = [
    path("hyperparameters", views.hyperparameters_view),
    path("projects/<int:project_id>/bases", views.bases_view),
    path("projects/<int:project_id>/leaderboard", views.leaderboard_view),
    path("projects/<int:project_id>/runs", views.RunsView.as_view()),
    path("runs/<int:run_id>", views.run_view),
    path("runs/<int:run_id>/cancel", views.run_cancel_view),
    path("runs/<int:run_id>/resume", views.run_resume_view),
    path("runs/<int:run_id>/progress", views.run_progress_view),
    path("runs/<int:run_id>/log", views.run_log_view),
]
