@echo off
rem Builds everything and runs the tests on Windows; the twin of ./test: test [--all]
setlocal
set "root=%~dp0"
if "%root:~-1%"=="\" set "root=%root:~0,-1%"
set DOTNET_NOLOGO=1
set DOTNET_CLI_TELEMETRY_OPTOUT=1
set DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
set DOTNET_GENERATE_ASPNET_CERTIFICATE=false
set DOTNET_CLI_USE_MSBUILD_SERVER=0
set MSBUILDDISABLENODEREUSE=1
dotnet build "%root%\Pangu.slnx" -c Release -v quiet --nologo -nodeReuse:false || exit /b 1
dotnet "%root%\tests\Run\bin\Release\net10.0\Run.dll" --root "%root%" %*
exit /b %errorlevel%
