"""System checks: are the programs and codecs there that the work needs?"""
