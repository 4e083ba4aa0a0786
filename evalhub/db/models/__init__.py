"""Gather every table, so that importing this package fills the metadata."""

from evalhub.db.models.account_pace import AccountPace
from evalhub.db.models.api_key import ApiKey
from evalhub.db.models.application import (
    Application,
    ApplicationCall,
    ApplicationDecision,
)
from evalhub.db.models.assessment import Assessment, AssessmentKey
from evalhub.db.models.assignment import Assignment
from evalhub.db.models.attempt import Attempt, AttemptAnswer, AttemptEvent, ExtraTime
from evalhub.db.models.audit_event import AuditEvent
from evalhub.db.models.consent_answer import ConsentAnswer
from evalhub.db.models.consent_text import ConsentText
from evalhub.db.models.control import (
    ControlContest,
    ControlContestAnswer,
    ControlItem,
    ControlKey,
)
from evalhub.db.models.credential import Credential, CredentialDecision
from evalhub.db.models.dispute import Dispute, DisputeAnswer
from evalhub.db.models.draft import Draft
from evalhub.db.models.endpoint import Endpoint
from evalhub.db.models.exception_step import ExceptionStep
from evalhub.db.models.fit import Fit
from evalhub.db.models.invitation import Invitation
from evalhub.db.models.job_worker import JobWorker
from evalhub.db.models.judgment import Judgment
from evalhub.db.models.judgment_import import JudgmentImport
from evalhub.db.models.key_contest import KeyContest, KeyContestAnswer, Regrade
from evalhub.db.models.ladder_review import LadderReview
from evalhub.db.models.level_decision import LevelDecision
from evalhub.db.models.matchup import Matchup
from evalhub.db.models.pair import Pair
from evalhub.db.models.pay_entry import PayEntry
from evalhub.db.models.person import Person
from evalhub.db.models.person_language import PersonLanguage
from evalhub.db.models.person_word import PersonWord
from evalhub.db.models.portfolio import Portfolio, PortfolioRevocation
from evalhub.db.models.project import Project
from evalhub.db.models.project_endpoint import ProjectEndpoint
from evalhub.db.models.project_member import ProjectMember
from evalhub.db.models.project_removal import ProjectRemoval, ProjectRemovalStep
from evalhub.db.models.project_requirement import ProjectRequirement
from evalhub.db.models.project_statement import ProjectStatement
from evalhub.db.models.project_terms import ProjectTerms
from evalhub.db.models.prompt import Prompt
from evalhub.db.models.prompt_import import PromptImport, PromptImportFile
from evalhub.db.models.prompt_set import PromptSet
from evalhub.db.models.prompt_set_version import PromptSetVersion
from evalhub.db.models.prompt_upload import PromptUpload
from evalhub.db.models.pull import Pull
from evalhub.db.models.pull_endpoint import PullEndpoint
from evalhub.db.models.quality_alert import QualityAlert, QualityAnswer
from evalhub.db.models.release import Release
from evalhub.db.models.release_annotator import ReleaseAnnotator
from evalhub.db.models.release_build import ReleaseBuild
from evalhub.db.models.release_download import ReleaseDownload
from evalhub.db.models.release_sign_off import ReleaseSignOff
from evalhub.db.models.release_withdrawal import ReleaseWithdrawal
from evalhub.db.models.response import Response
from evalhub.db.models.review_case import ReviewCase, ReviewExpert, ReviewStep
from evalhub.db.models.review_rule import ReviewLook, ReviewRule
from evalhub.db.models.role_grant import RoleGrant
from evalhub.db.models.row_report import RowReport, RowReportAnswer
from evalhub.db.models.rubric_note import RubricNote, RubricNotePair, RubricNoteStep
from evalhub.db.models.rubric_translation import RubricTranslation
from evalhub.db.models.rubric_version import RubricVersion
from evalhub.db.models.selection_plan import SelectionPlan
from evalhub.db.models.sign_in_attempt import SignInAttempt
from evalhub.db.models.team import Team, TeamMember
from evalhub.db.models.training import (
    Training,
    TrainingResult,
    TrainingRound,
    TrainingStep,
)
from evalhub.db.models.web_session import WebSession

__all__ = [
    "AccountPace",
    "ApiKey",
    "Application",
    "ApplicationCall",
    "ApplicationDecision",
    "Assessment",
    "AssessmentKey",
    "Assignment",
    "Attempt",
    "AttemptAnswer",
    "AttemptEvent",
    "AuditEvent",
    "ConsentAnswer",
    "ConsentText",
    "ControlContest",
    "ControlContestAnswer",
    "ControlItem",
    "ControlKey",
    "Credential",
    "CredentialDecision",
    "Dispute",
    "DisputeAnswer",
    "Draft",
    "Endpoint",
    "ExceptionStep",
    "ExtraTime",
    "Fit",
    "Invitation",
    "JobWorker",
    "Judgment",
    "JudgmentImport",
    "KeyContest",
    "KeyContestAnswer",
    "LadderReview",
    "LevelDecision",
    "Matchup",
    "Pair",
    "PayEntry",
    "Person",
    "PersonLanguage",
    "PersonWord",
    "Portfolio",
    "PortfolioRevocation",
    "Project",
    "ProjectEndpoint",
    "ProjectMember",
    "ProjectRemoval",
    "ProjectRemovalStep",
    "ProjectRequirement",
    "ProjectStatement",
    "ProjectTerms",
    "Prompt",
    "PromptImport",
    "PromptImportFile",
    "PromptSet",
    "PromptSetVersion",
    "PromptUpload",
    "Pull",
    "PullEndpoint",
    "QualityAlert",
    "QualityAnswer",
    "Regrade",
    "Release",
    "ReleaseAnnotator",
    "ReleaseBuild",
    "ReleaseDownload",
    "ReleaseSignOff",
    "ReleaseWithdrawal",
    "Response",
    "ReviewCase",
    "ReviewExpert",
    "ReviewLook",
    "ReviewRule",
    "ReviewStep",
    "RoleGrant",
    "RowReport",
    "RowReportAnswer",
    "RubricNote",
    "RubricNotePair",
    "RubricNoteStep",
    "RubricTranslation",
    "RubricVersion",
    "SelectionPlan",
    "SignInAttempt",
    "Team",
    "TeamMember",
    "Training",
    "TrainingResult",
    "TrainingRound",
    "TrainingStep",
    "WebSession",
]
