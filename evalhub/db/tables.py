"""Name the tables for Core statements, which the hot paths use instead of the ORM."""

import sqlalchemy as sa
from sqlmodel import SQLModel

from evalhub.db import models


def _table(model: type[SQLModel]) -> sa.Table:
    return SQLModel.metadata.tables[str(model.__tablename__)]


application = _table(models.Application)
application_decision = _table(models.ApplicationDecision)
assignment = _table(models.Assignment)
consent_answer = _table(models.ConsentAnswer)
consent_text = _table(models.ConsentText)
credential = _table(models.Credential)
credential_decision = _table(models.CredentialDecision)
dispute = _table(models.Dispute)
dispute_answer = _table(models.DisputeAnswer)
draft = _table(models.Draft)
endpoint = _table(models.Endpoint)
job_worker = _table(models.JobWorker)
judgment = _table(models.Judgment)
judgment_import = _table(models.JudgmentImport)
level_decision = _table(models.LevelDecision)
matchup = _table(models.Matchup)
pair = _table(models.Pair)
pay_entry = _table(models.PayEntry)
person = _table(models.Person)
person_language = _table(models.PersonLanguage)
person_word = _table(models.PersonWord)
project = _table(models.Project)
project_endpoint = _table(models.ProjectEndpoint)
project_member = _table(models.ProjectMember)
project_requirement = _table(models.ProjectRequirement)
project_terms = _table(models.ProjectTerms)
prompt = _table(models.Prompt)
prompt_import = _table(models.PromptImport)
prompt_import_file = _table(models.PromptImportFile)
prompt_set = _table(models.PromptSet)
prompt_set_version = _table(models.PromptSetVersion)
prompt_upload = _table(models.PromptUpload)
pull = _table(models.Pull)
pull_endpoint = _table(models.PullEndpoint)
quality_alert = _table(models.QualityAlert)
quality_answer = _table(models.QualityAnswer)
release_annotator = _table(models.ReleaseAnnotator)
release_build = _table(models.ReleaseBuild)
response = _table(models.Response)
review_case = _table(models.ReviewCase)
review_expert = _table(models.ReviewExpert)
review_look = _table(models.ReviewLook)
review_rule = _table(models.ReviewRule)
review_step = _table(models.ReviewStep)
rubric_translation = _table(models.RubricTranslation)
role_grant = _table(models.RoleGrant)
rubric_version = _table(models.RubricVersion)
selection_plan = _table(models.SelectionPlan)
training = _table(models.Training)
training_result = _table(models.TrainingResult)
training_round = _table(models.TrainingRound)
web_session = _table(models.WebSession)
