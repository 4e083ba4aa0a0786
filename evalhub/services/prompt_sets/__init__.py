"""Upload, confirm, freeze and find prompt sets."""

from evalhub.services.prompt_sets.finding import (
    get_prompt,
    get_prompt_set,
    get_version,
    list_prompt_sets,
    list_prompts,
)
from evalhub.services.prompt_sets.folders import FolderSet, freeze_folder, read_path
from evalhub.services.prompt_sets.freezing import Material
from evalhub.services.prompt_sets.staging import (
    SetNames,
    confirm_upload,
    discard_upload,
    get_upload,
    list_waiting_uploads,
    stage_upload,
    upload_material,
)
from evalhub.services.prompt_sets.views import (
    Frozen,
    PromptSetLine,
    PromptSetView,
    PromptView,
    UploadView,
    VersionView,
)

__all__ = [
    "FolderSet",
    "Frozen",
    "Material",
    "PromptSetLine",
    "PromptSetView",
    "PromptView",
    "SetNames",
    "UploadView",
    "VersionView",
    "confirm_upload",
    "discard_upload",
    "freeze_folder",
    "get_prompt",
    "get_prompt_set",
    "get_upload",
    "get_version",
    "list_prompt_sets",
    "list_prompts",
    "list_waiting_uploads",
    "read_path",
    "stage_upload",
    "upload_material",
]
