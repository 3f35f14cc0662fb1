META
key;value
description;A park; and more
num_projects;3
num_votes;5
budget;100000
vote_type;approval
max_length;3
PROJECTS
project_id;cost;votes;name
1;60000;3;"Trees; benches, ""and"" water"
2;40000;3;Lights
7;50000,50;1;Café
VOTES
voter_id;age;vote
10;33;1,2
11;44;1
12;;2,7
13;21;"1,2"
14;50;
