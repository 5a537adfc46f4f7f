@echo off
rem Starts Pangu on Windows; the twin of ./pangu. The first time, and after a change of the sources, it builds the command line into
rem artifacts\<stamp> and says so: pangu --help
setlocal EnableExtensions DisableDelayedExpansion
set "PANGU_ROOT=%~dp0"
if "%PANGU_ROOT:~-1%"=="\" set "PANGU_ROOT=%PANGU_ROOT:~0,-1%"
set DOTNET_NOLOGO=1
set DOTNET_CLI_TELEMETRY_OPTOUT=1
set DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
set DOTNET_GENERATE_ASPNET_CERTIFICATE=false
set DOTNET_CLI_USE_MSBUILD_SERVER=0
set MSBUILDDISABLENODEREUSE=1

where dotnet >nul 2>nul
if errorlevel 1 (
    echo pangu: the .NET 10 SDK was not found on PATH; install it from https://dotnet.microsoft.com/download and run this again. 1>&2
    exit /b 3
)

rem The stamp: SHA-256 over names and contents of everything that goes into the build.
set "listing=%TEMP%\pangu-stamp-%RANDOM%%RANDOM%.txt"
pushd "%PANGU_ROOT%"
(
    for /f "delims=" %%f in ('dir /s /b /a-d /on src Directory.Build.props Directory.Packages.props global.json .editorconfig 2^>nul ^| findstr /v /i "\\bin\\ \\obj\\ packages.lock.json"') do @(echo %%f& type "%%f")
) > "%listing%"
popd
set stamp=
for /f "skip=1 delims=" %%h in ('certutil -hashfile "%listing%" SHA256') do if not defined stamp set "stamp=%%h"
del "%listing%" >nul 2>nul
set "stamp=%stamp: =%"
set "stamp=%stamp:~0,16%"
set "program=%PANGU_ROOT%\artifacts\%stamp%\Pangu.Cli.dll"
if exist "%program%" goto start

if not exist "%PANGU_ROOT%\artifacts" mkdir "%PANGU_ROOT%\artifacts"
:lock
rem A file held open for writing is the lock; it falls when the process that holds it ends.
set built=
2>nul (
    9>"%PANGU_ROOT%\artifacts\.lock" (
        set built=1
        if not exist "%program%" call :build
    )
)
if exist "%program%" goto start
if defined built (
    type "%PANGU_ROOT%\artifacts\build.log" 1>&2
    echo pangu: the build failed, see above and artifacts\build.log. 1>&2
    exit /b 3
)
echo pangu: another build is running here, waiting for it ... 1>&2
ping -n 3 127.0.0.1 >nul
goto lock

:start
dotnet "%program%" %*
exit /b %errorlevel%

:build
echo pangu: building (the first time, and after a change of the sources) ... > con
set "staging=%PANGU_ROOT%\artifacts\.building-%RANDOM%%RANDOM%"
dotnet publish "%PANGU_ROOT%\src\Pangu.Cli\Pangu.Cli.csproj" -c Release -o "%staging%" --artifacts-path "%PANGU_ROOT%\artifacts\intermediate" -v quiet --nologo -nodeReuse:false -p:UseSharedCompilation=false -p:DebugType=embedded -p:GenerateDocumentationFile=false -p:RunAnalyzers=false > "%PANGU_ROOT%\artifacts\build.log" 2>&1
if errorlevel 1 (
    rmdir /s /q "%staging%" >nul 2>nul
    exit /b 1
)
move "%staging%" "%PANGU_ROOT%\artifacts\%stamp%" >nul
exit /b 0
