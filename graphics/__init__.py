"""Pictures from data: covers and cards. Text reaches the typesetter as JSON, never as markup."""
