"""Jobs and presets over HTTP."""

import hashlib
from uuid import UUID

import orjson
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseNotModified
from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mediaportal.core.problems import NotFound
from processing.api.filters import JobFilter
from processing.api.serializers import (
    JobGraphSerializer,
    JobSerializer,
    JobStatusSerializer,
    PrioritySerializer,
)
from processing.models import Job
from processing.services import graph, jobs, priorities, status


def visible_job(request: Request, job_id: UUID) -> Job:
    """The job with its steps, if the caller may see its asset; otherwise raises `NotFound`."""
    job = Job.objects.visible_to(request.user).with_steps(user=request.user).filter(pk=job_id).first()
    if job is None:
        raise NotFound
    return job


class JobStatusView(APIView):
    """How far a job is and what it has made so far."""

    @extend_schema(responses=JobStatusSerializer, operation_id="media_job_status")
    def get(self, request: Request, job_id: UUID) -> HttpResponse:
        """The whole document; answers 304 when it has not changed since the given ETag."""
        body = orjson.dumps(status.job_document(job=visible_job(request, job_id), user=request.user))
        etag = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
        answer: HttpResponse
        if request.headers.get("If-None-Match") == etag:
            answer = HttpResponseNotModified()
        else:
            answer = HttpResponse(body, content_type="application/json")
        answer["ETag"] = etag
        answer["Cache-Control"] = "private, no-cache"
        return answer


class JobGraphView(APIView):
    """What waits for what in a job, and how long each step took."""

    @extend_schema(responses=JobGraphSerializer, operation_id="media_job_graph")
    def get(self, request: Request, job_id: UUID) -> Response:
        """The whole graph; what is behind a step is told to managers."""
        found = graph.graph_of(job=visible_job(request, job_id), user=request.user)
        return Response(JobGraphSerializer(found).data)


class JobCancelView(APIView):
    """Stopping a job."""

    @extend_schema(request=None, responses={202: JobStatusSerializer}, operation_id="media_job_cancel")
    def post(self, request: Request, job_id: UUID) -> Response:
        """Stop it; what was made so far stays."""
        job = jobs.cancel(job=visible_job(request, job_id), user=request.user)
        return Response(status.job_document(job=visible_job(request, job.pk), user=request.user), status=202)


class JobRetryView(APIView):
    """Going on with a failed job."""

    @extend_schema(request=None, responses={202: JobStatusSerializer}, operation_id="media_job_retry")
    def post(self, request: Request, job_id: UUID) -> Response:
        """Go on from the step that failed."""
        job = jobs.retry(job=visible_job(request, job_id), user=request.user)
        return Response(status.job_document(job=visible_job(request, job.pk), user=request.user), status=202)


class JobPriorityView(APIView):
    """Putting a job before others, or behind them."""

    @extend_schema(
        request=PrioritySerializer, responses={202: JobStatusSerializer}, operation_id="media_job_priority"
    )
    def post(self, request: Request, job_id: UUID) -> Response:
        """For managers: jobs of a higher priority go first."""
        asked = PrioritySerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        job = visible_job(request, job_id)
        priorities.give(job=job, user=request.user, priority=asked.validated_data["priority"])
        return Response(status.job_document(job=visible_job(request, job.pk), user=request.user), status=202)


class JobListView(generics.ListAPIView[Job]):
    """The jobs of the assets that the caller may see, the newest first."""

    serializer_class = JobSerializer
    filterset_class = JobFilter
    queryset = Job.objects.none()

    def get_queryset(self) -> QuerySet[Job]:
        """Only what the caller may see."""
        return Job.objects.visible_to(self.request.user).select_related("asset")
