"""When a post may go out: posting times, blackout periods, and posts that come again."""
