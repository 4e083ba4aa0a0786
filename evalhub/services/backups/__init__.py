"""Take copies of everything while people work, and bring an empty instance back from one."""

from evalhub.services.backups.checking import Backup, read_backup
from evalhub.services.backups.restoring import Restored, restore_backup
from evalhub.services.backups.taking import take_backup

__all__ = ["Backup", "Restored", "read_backup", "restore_backup", "take_backup"]
