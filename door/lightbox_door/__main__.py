from lightbox_door.main import program

program()
