"""Files that come from folders of this machine: watched for as long as the portal runs, or brought in once.

`listing` says what a folder offers, `stillness` when it has arrived whole, `claims` moves it between the folder's own
places so that a crash neither loses nor doubles anything, `copying` reads the bytes, `taking` and `bringing` hand
them to the one acceptance, `watching` is the service that goes on.
"""
