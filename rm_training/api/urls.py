"""The addresses of the training API, below /api/."""

from django.urls import path

from rm_training.api import model_views, views

urlpatterns = [
    path("hyperparameters", views.hyperparameters_view),
    path("projects/<int:project_id>/bases", views.bases_view),
    path("projects/<int:project_id>/leaderboard", model_views.leaderboard_view),
    path("projects/<int:project_id>/models", model_views.ModelsView.as_view()),
    path("projects/<int:project_id>/models/compare", model_views.verdict_view),
    path("projects/<int:project_id>/promotion", model_views.CurrentView.as_view()),
    path("projects/<int:project_id>/promotions", model_views.PromotionsView.as_view()),
    path("projects/<int:project_id>/runs", views.RunsView.as_view()),
    path("models/<int:model_id>", model_views.model_view),
    path("models/<int:model_id>/evaluations", model_views.EvaluationJobsView.as_view()),
    path("models/<int:model_id>/disagreements", model_views.disagreements_view),
    path("evaluations/<int:evaluation_id>/cancel", model_views.evaluation_cancel_view),
    path("runs/<int:run_id>", views.run_view),
    path("runs/<int:run_id>/cancel", views.run_cancel_view),
    path("runs/<int:run_id>/resume", views.run_resume_view),
    path("runs/<int:run_id>/progress", views.run_progress_view),
    path("runs/<int:run_id>/log", views.run_log_view),
]
