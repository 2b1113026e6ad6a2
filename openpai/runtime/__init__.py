"""What goes into a container: its plan, its environment, its scripts. Pure; knows no engine.

plan         one attempt of one task as a ContainerPlan
container    what a ContainerPlan is
view         the job as its containers see it: the input of all of this
environment  variables: of the job, of the task; what is exported and what is too much
peers        variables that name task roles and their tasks
frameworks   variables and files that PyTorch, TensorFlow and MPI look for
ports        the ports of a task, by label
network      addresses and subnets, handed out before anything starts
scripts      bootstrap.sh (finds a shell), session.sh (how it ends), rules.sh, user.sh (the commands);
             around.sh and step.sh where plugins act
plugins/     what each plugin adds to that
demand       what a job asks of the scheduler
"""
