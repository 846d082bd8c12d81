"""The posting times of accounts on the days they are on: free, taken, silent; moving into one."""
