@echo off
rem Starts Lightbox from the folder that this file lies in. Anything after the name is a command of its own:
rem   start-windows.bat screen D:\
rem Worklist, reports and caches go to LIGHTBOX_DATA, which is the folder Lightbox in your profile if you name none.
setlocal
if "%LIGHTBOX_DATA%"=="" set "LIGHTBOX_DATA=%USERPROFILE%\Lightbox"
if "%~1"=="" (
  "%~dp0program\lightbox.exe" start
  pause
) else (
  "%~dp0program\lightbox.exe" %*
)
