"""Takes out, one at a time, lines that a careless author forgets, and prints which compiler error or test notices.

usage: run.py [SUBSTRING]. Works on a copy of the last commit; exit code 1 where something went unnoticed. About a minute a line."""
import json, os, re, shutil, subprocess, sys, tempfile

root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
copy = os.path.join(tempfile.mkdtemp(prefix='cudanet-mutations-'), 'copy')
project = 'tests/CudaNet.Tests'
classes = ['Engine.OperatorCatalogueTests', 'Execution.BackendCatalogueTests', 'Execution.BackendContractTests', 'Numerics.OperatorTests', 'Cpu.CatalogueTests',
           'Cpu.MemoryTests', 'Numerics.RandomGraphTests', 'Planning.PlannerTests', 'Planning.StorageTests',
           'Engine.ClassificationTests', 'Engine.FinitenessTests', 'Weights.FormatTableTests', 'Weights.RebuildCallTests', 'Weights.HostilePickleTests']


def call(*command):
    return subprocess.run(command, cwd=copy, capture_output=True, text=True)


def build():
    done = call('dotnet', 'build', project, '-c', 'Release', '-v', 'quiet')
    return None if done.returncode == 0 else sorted(set(re.findall(r'error (\w+: [^\[]*)', done.stdout)))[0].strip()


def test():
    done = call('dotnet', 'run', '-c', 'Release', '--no-build', '--project', project, '--', '-noLogo', '-noColor', '-stopOnFail',
                *(a for c in classes for a in ('-class', f'CudaNet.Tests.{c}')))
    failed = re.search(r'CudaNet\.Tests\.(.*) \[FAIL\]\n\s*(.*)', done.stdout)
    return f'{failed[1]}: {failed[2]}' if failed else None if done.returncode == 0 else f'the process ended with {done.returncode}'


subprocess.run(['git', 'clone', '-q', root, copy], check=True)
assert build() is None and test() is None, 'nothing is forgotten, and yet something fails'
unnoticed = 0
print('| forgotten | noticed by |\n|---|---|')
for mutation in json.load(open(os.path.join(root, 'tests/mutations/forgotten.json'), encoding='utf-8')):
    if len(sys.argv) > 1 and sys.argv[1] not in mutation['forgets']:
        continue
    path = os.path.join(copy, mutation['file'])
    text = open(path, encoding='utf-8').read()
    assert text.count(mutation['line']) == 1, f"{mutation['file']} has not exactly once: {mutation['line']}"
    open(path, 'w', encoding='utf-8').write(text.replace(mutation['line'], mutation.get('with', '')))
    noticed = build() or test()
    open(path, 'w', encoding='utf-8').write(text)
    unnoticed += noticed is None
    print(f"| {mutation['forgets']} | {(noticed or '**nothing**')[:200]} |", flush=True)
shutil.rmtree(os.path.dirname(copy))
sys.exit(unnoticed > 0)
